/**
 * Operations per request against requests on their way, in datagrams of 1200 bytes (any network) and of 16 KiB (what
 * loopback may agree on), beside Redis with the same sockets, requests and pipeline. A session's window is 256
 * requests, so 512 are eight sockets of 64.
 */

import { Limits } from '@anoadb/protocol';
import { AnoaContestant, type Contestant, RedisContestant } from '../contestants.js';
import { KEY_BYTES, VALUE_BYTES } from '../entries.js';
import { drawKeys } from '../key-draw.js';
import { KEYS, type Line, type RowGroup } from '../measurement.js';
import { rateLine, takeTurns } from '../turns.js';

const OPS = [1, 16, 50];
const OUTSTANDING = [
  { total: 1, sockets: 1, outstanding: 1 },
  { total: 64, sockets: 1, outstanding: 64 },
  { total: 512, sockets: 8, outstanding: 64 },
];
/** Headers of frame and message; then the larger of operation and result. */
const MESSAGE_BYTES = 9;
const GET_RESULT_BYTES = 6 + VALUE_BYTES;
const SET_OP_BYTES = 8 + KEY_BYTES + 1 + VALUE_BYTES;
const TIMES = { warmSeconds: 0.1, seconds: 0.2 };

export const matrixRows: RowGroup = {
  name: 'matrix',
  title: 'Operations per request and requests on their way, by size of datagram, beside Redis',
  isOptIn: false,
  async run(context) {
    const large = await AnoaContestant.start();
    const redis = await RedisContestant.start();
    const small = large.withDatagrams(Limits.datagramBytesMax);
    try {
      for (const one of [large, redis]) await one?.fill(KEYS);
      const lines: Line[] = [];
      for (const command of ['GET', 'SET'] as const) {
        for (const ops of OPS) {
          for (const { total, sockets, outstanding } of OUTSTANDING) {
            const shape = {
              ...TIMES,
              sockets,
              outstanding,
              keys: drawKeys(KEYS),
              readsPercent: command === 'GET' ? 100 : 0,
            };
            const contestants: Contestant[] = [small, large, ...(redis === undefined ? [] : [redis])];
            const fitting = Math.min(ops, opsMax(command));
            const [ours, ourLarge, theirs] = await takeTurns(context, contestants, (one) => {
              return { ...shape, ops: one === small ? fitting : ops };
            });
            const other =
              theirs === undefined ? undefined : { ...theirs, name: `${theirs.name}, pipeline ${ops}` };
            const id = `matrix/${command}-${ops}-${total}`;
            const title = `${command}, ${total} outstanding, `;
            const small50 = fitting < ops ? ` (as many as fit)` : '';
            lines.push(
              rateLine(
                { id: `${id}-1200`, title: `${title}${fitting} ops${small50}, 1200 bytes` },
                ours,
                other,
              ),
              rateLine({ id: `${id}-large`, title: `${title}${ops} ops, 16 KiB` }, ourLarge, other),
            );
          }
        }
      }
      return lines;
    } finally {
      await large.dispose();
      await redis?.dispose();
    }
  },
};

function opsMax(command: 'GET' | 'SET'): number {
  const room = Limits.framesBytesMax - MESSAGE_BYTES;
  return Math.floor(room / (command === 'GET' ? GET_RESULT_BYTES : SET_OP_BYTES));
}
