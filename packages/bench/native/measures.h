/* What a run measured: counts, a histogram of latencies, and whose processor time it took. */
#ifndef ANOA_MEASURES_H
#define ANOA_MEASURES_H

#include <stdint.h>
#include <stdio.h>

/* 64 buckets to each doubling: a bucket is at most 1.6 % wide. */
#define BUCKETS_PER_DOUBLING 64
#define HISTOGRAM_BUCKETS (BUCKETS_PER_DOUBLING * 40)

typedef struct {
  uint64_t requests; /* answered */
  uint64_t ops;      /* answered, of all requests */
  uint64_t hits;
  uint64_t misses;
  uint64_t errors; /* operations answered with anything else, or answers of a wrong length */
  uint64_t lost;   /* requests without an answer for half a second */
  uint64_t late;   /* answers to requests given up before */
  uint64_t buckets[HISTOGRAM_BUCKETS];
  uint64_t latency_max_ns;
  uint64_t idle_ns; /* a spinning load's turns in which nothing came and nothing was due */
  double own_seconds;
  double own_waited_seconds; /* ready to run while the core was somebody else's */
  double server_seconds;
  double server_waited_seconds;
} measures;

void measures_note_latency(measures *measures, uint64_t nanoseconds);
/* Nanoseconds that `fraction` of the latencies do not exceed. */
uint64_t measures_latency(const measures *measures, double fraction);

typedef struct {
  double ran;
  double waited; /* for a core */
} processor_times;

/* Seconds so far of all threads of a process; zeros where that is not to be had. */
processor_times processor_times_of(int pid);

#endif
