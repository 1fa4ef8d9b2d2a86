import assert from 'node:assert/strict';
import { test } from 'uvu';
import { countsOfReport, reasonAgainst } from '../java-suite.mjs';

const version = (java) => `Apache Maven 3.8.7
Maven home: /usr/share/maven
Java version: ${java}, vendor: Debian, runtime: /usr/lib/jvm/some
Default locale: en`;

test('Maven on a JDK of 17 or newer can run the tests', () => {
  for (const java of ['17', '17.0.15', '21.0.1', '25']) {
    assert.equal(
      reasonAgainst(version(java), () => true),
      undefined,
      java,
    );
  }
});

test('without Maven, a new enough Java or a compiler they are skipped with the reason', () => {
  assert.match(reasonAgainst(undefined), /no Maven/);
  assert.match(
    reasonAgainst(version('1.8.0_402'), () => true),
    /Java 1;/,
  );
  assert.match(
    reasonAgainst(version('16.0.2'), () => true),
    /Java 16;/,
  );
  assert.match(
    reasonAgainst(version('17.0.15'), () => false),
    /without compiler/,
  );
});

test('a report is counted: errors are failures, and what was skipped has not passed', () => {
  const report = `<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="x" version="3.0" name="io.anoadb.SomeTest" time="1.25" tests="9" errors="1" skipped="2" failures="3">
  <properties/>
  <testcase name="a"><skipped message="there is no Node &quot;here&quot;" type="x"/></testcase>
  <testcase name="b"><skipped message="there is no Node &quot;here&quot;" type="x"/></testcase>
</testsuite>`;
  assert.deepEqual(countsOfReport(report), {
    name: 'io.anoadb.SomeTest',
    passed: 3,
    failed: 4,
    skipped: 2,
    seconds: 1.25,
    skips: ['there is no Node "here"'],
  });
});

test.run();
