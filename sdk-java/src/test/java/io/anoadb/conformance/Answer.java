package io.anoadb.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anoadb.AnoaValue;
import io.anoadb.Outcome;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What an op answered, in the terms of the spec.
 *
 * @param status of the spec, or {@code REFUSED} where the SDK sent nothing
 * @param version 0 where none came
 * @param keys of a scan
 * @param results of an atomic batch
 * @param failed which op of a batch, -1 for none
 */
record Answer(String status, AnoaValue value, long version, Set<String> keys, List<Answer> results, int failed) {
  private static final Set<String> TOO_LARGE = Set.of("REFUSED", "VALUE_TOO_LARGE", "MESSAGE_TOO_LARGE");

  static Answer status(String status) {
    return new Answer(status, null, 0, Set.of(), List.of(), -1);
  }

  static Answer ok(AnoaValue value) {
    return status("OK").with(value, 0);
  }

  /** Null is NOT_FOUND. */
  static Answer found(AnoaValue value) {
    return value == null ? status("NOT_FOUND") : ok(value);
  }

  /** True is OK, false NOT_FOUND. */
  static Answer wasFound(boolean wasFound) {
    return status(wasFound ? "OK" : "NOT_FOUND");
  }

  static Answer of(Outcome outcome) {
    return status(nameOf(outcome.reason())).with(outcome.value(), outcome.version());
  }

  static String nameOf(Outcome.Reason reason) {
    return reason == Outcome.Reason.APPLIED ? "OK" : reason.name();
  }

  Answer with(AnoaValue withValue, long withVersion) {
    return new Answer(status, withValue, withVersion, keys, results, failed);
  }

  Answer withKeys(Set<String> scanned) {
    return new Answer(status, value, version, scanned, results, failed);
  }

  Answer withResults(List<Answer> all) {
    return new Answer(status, value, version, keys, all, failed);
  }

  Answer withFailed(int op) {
    return new Answer(status, value, version, keys, results, op);
  }

  /** Fails where this is not what was expected; keeps versions that the steps name. */
  void assertIs(JsonNode expected, Map<String, Long> versions) {
    String wanted = expected.get("status").textValue();
    if (wanted.equals("TOO_LARGE")) {
      assertThat(TOO_LARGE).contains(status);
      return;
    }
    assertThat(status).isEqualTo(wanted);
    if (expected.has("value")) SpecValues.assertValue(value, expected.get("value"));
    if (expected.has("keys")) {
      Set<String> wantedKeys = new HashSet<>();
      expected.get("keys").forEach(key -> wantedKeys.add(key.textValue()));
      assertThat(keys).isEqualTo(wantedKeys);
    }
    if (expected.has("failed")) assertThat(failed).isEqualTo(expected.get("failed").intValue());
    JsonNode wantedResults = expected.path("results");
    for (int index = 0; index < wantedResults.size(); index++) {
      results.get(index).assertIs(wantedResults.get(index), versions);
    }
    if (expected.has("version")) assertThat(version).isEqualTo(versions.get(expected.get("version").textValue()));
    if (expected.has("newerThan")) {
      assertThat(version).isGreaterThan(versions.get(expected.get("newerThan").textValue()));
    }
    if (expected.has("save")) {
      assertThat(version).isPositive();
      versions.put(expected.get("save").textValue(), version);
    }
  }
}
