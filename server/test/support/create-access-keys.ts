/** A process of its own that makes access keys: data directory, key file, how many, the beginning of their names. */
import { createAccessKey } from '../../src/access/node-key-administration.js';

const [dataDir, keyFile, count, name] = process.argv.slice(2) as [string, string, string, string];
const settings = { dataDir, keyFile, passphrase: undefined, host: '127.0.0.1', port: 2662 };
for (let i = 0; i < Number(count); i++) {
  const { url } = await createAccessKey({ settings }, { name: `${name}-${i}` });
  process.stdout.write(`${url}\n`);
}
