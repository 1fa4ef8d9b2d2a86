/** Asking for the reply to a large request that arrived: the question leaves no trace in the congestion window. */

import assert from 'node:assert/strict';
import { test } from 'uvu';
import { Congestion } from '../src/congestion.js';
import { FragmentSender } from '../src/fragment-sender.js';
import { RttEstimator } from '../src/rtt-estimator.js';

test('probes that are never answered are not counted as on the way once their message is given up', () => {
  const rtt = new RttEstimator();
  const congestion = new Congestion(rtt, 1200);
  const sender = new FragmentSender(1, new Uint8Array(3000), 1152, 0, 0, 0);
  let counter = 0;
  for (let index = sender.nextToSend(); index >= 0; index = sender.nextToSend())
    sender.onSent(index, counter++, rtt, congestion, counter);
  sender.onAck(3, 0, 0, 2, 1, rtt, congestion, 10);
  assert.ok(sender.hasArrived);
  assert.equal(congestion.inFlightBytes, 0);
  for (let probes = 0; probes < 10; probes++) {
    sender.probe(congestion);
    assert.equal(sender.nextToSend(), 0);
    sender.onSent(0, counter++, rtt, congestion, 100 * probes);
    assert.equal(congestion.inFlightBytes, 1152);
  }
  sender.abandon(congestion);
  assert.equal(congestion.inFlightBytes, 0);
});

test.run();
