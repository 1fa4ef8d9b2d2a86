import type { RedisCommandName } from '../../generated/command-names.js';
import type { RedisHandler } from '../../redis-handler.js';
import { help } from '../help.js';
import { auth, hello, quit, reset, select } from './authentication.js';
import {
  clientGetName,
  clientId,
  clientNoEvict,
  clientNoTouch,
  clientReply,
  clientSetInfo,
  clientSetName,
} from './client.js';
import { clientKill, clientPause, clientUnblock, clientUnpause } from './client-control.js';
import { clientInfo, clientList } from './client-list.js';
import { echo, ping } from './ping.js';

/** Handlers of the group `connection`. */
export const connectionCommands = {
  ping,
  echo,
  auth,
  hello,
  quit,
  reset,
  select,
  'client|id': clientId,
  'client|list': clientList,
  'client|info': clientInfo,
  'client|setname': clientSetName,
  'client|getname': clientGetName,
  'client|setinfo': clientSetInfo,
  'client|reply': clientReply,
  'client|kill': clientKill,
  'client|pause': clientPause,
  'client|unpause': clientUnpause,
  'client|unblock': clientUnblock,
  'client|no-evict': clientNoEvict,
  'client|no-touch': clientNoTouch,
  'client|help': help,
} satisfies Partial<Record<RedisCommandName, RedisHandler>>;
