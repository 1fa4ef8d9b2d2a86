#include "measures.h"

#include <dirent.h>
#include <stdlib.h>

static unsigned bucket_of(uint64_t nanoseconds);
static uint64_t upper_end_of(unsigned bucket);

void measures_note_latency(measures *measures, uint64_t nanoseconds) {
  measures->buckets[bucket_of(nanoseconds)]++;
  if (nanoseconds > measures->latency_max_ns) measures->latency_max_ns = nanoseconds;
}

uint64_t measures_latency(const measures *measures, double fraction) {
  uint64_t total = 0;
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) total += measures->buckets[i];
  if (total == 0) return 0;
  uint64_t rank = (uint64_t)(fraction * (double)total + 0.999999);
  if (rank < 1) rank = 1;
  uint64_t seen = 0;
  for (unsigned i = 0; i < HISTOGRAM_BUCKETS; i++) {
    seen += measures->buckets[i];
    if (seen < rank) continue;
    uint64_t end = upper_end_of(i);
    return end < measures->latency_max_ns ? end : measures->latency_max_ns;
  }
  return measures->latency_max_ns;
}

/* Linear below 64 ns; above, the six bits behind the leading one choose among 64 buckets. */
static unsigned bucket_of(uint64_t nanoseconds) {
  if (nanoseconds < BUCKETS_PER_DOUBLING) return (unsigned)nanoseconds;
  unsigned leading = 63u - (unsigned)__builtin_clzll(nanoseconds);
  unsigned bucket = (leading - 5) * BUCKETS_PER_DOUBLING + (unsigned)((nanoseconds >> (leading - 6)) & 63);
  return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static uint64_t upper_end_of(unsigned bucket) {
  if (bucket < BUCKETS_PER_DOUBLING) return bucket;
  unsigned leading = bucket / BUCKETS_PER_DOUBLING + 5;
  uint64_t within = bucket % BUCKETS_PER_DOUBLING;
  return (((uint64_t)64 + within + 1) << (leading - 6)) - 1;
}

/* The first numbers of schedstat: nanoseconds on a core, and in the queue for one. */
processor_times processor_times_of(int pid) {
  processor_times times = {0, 0};
  char path[320];
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *folder = pid > 0 ? opendir(path) : NULL;
  if (folder == NULL) return times;
  for (struct dirent *task; (task = readdir(folder)) != NULL;) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, task->d_name);
    FILE *file = fopen(path, "r");
    if (file == NULL) continue;
    unsigned long long ran, waited;
    if (fscanf(file, "%llu %llu", &ran, &waited) == 2) {
      times.ran += (double)ran / 1e9;
      times.waited += (double)waited / 1e9;
    }
    fclose(file);
  }
  closedir(folder);
  return times;
}
