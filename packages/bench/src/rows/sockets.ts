/** What one UDP socket on one core allows: echoes in C, by the addon and over node:dgram. The rest is ours to lose. */

import { recvmmsgMissing } from '@anoadb/udp';
import { EchoContestant, type LoadShape } from '../contestants.js';
import { drawKeys } from '../key-draw.js';
import type { Line, RowGroup } from '../measurement.js';
import { rateLine, takeTurns } from '../turns.js';

const ECHO_AIM = 2.5;
const LAYOUTS = [
  { id: 'one', title: '1 socket, 64 outstanding', sockets: 1, outstanding: 64 },
  { id: 'fifty', title: '50 sockets, 1 outstanding', sockets: 50, outstanding: 1 },
];

export const socketRows: RowGroup = {
  name: 'sockets',
  title: 'The raw limit of a socket: echo of 64 bytes',
  isOptIn: false,
  async run(context) {
    const missing = recvmmsgMissing();
    if (missing !== undefined) throw new Error(`the UDP addon is missing: ${missing}`);
    const echoes = [
      await EchoContestant.start('recvmmsg', 'the addon'),
      await EchoContestant.start('plain', 'node:dgram'),
      await EchoContestant.start('node:dgram', 'our class on node:dgram'),
      await EchoContestant.start('C', 'C, recvmmsg and sendmmsg'),
    ];
    try {
      const lines: Line[] = [];
      for (const { id, title, sockets, outstanding } of LAYOUTS) {
        const shape: LoadShape = { sockets, outstanding, ops: 1, keys: drawKeys(1) };
        const [addon, plain, wrapped, c] = await takeTurns(context, echoes, shape);
        const row = { title: `addon echo, ${title}` };
        lines.push(
          rateLine({ ...row, id: `sockets/${id}-dgram`, aim: ECHO_AIM, headline: 1 }, addon, plain),
          rateLine({ ...row, id: `sockets/${id}-own` }, addon, wrapped),
          rateLine({ ...row, id: `sockets/${id}-c` }, addon, c),
        );
      }
      return lines;
    } finally {
      for (const echo of echoes) await echo.dispose();
    }
  },
};
