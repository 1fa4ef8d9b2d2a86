/** What the door promises to be: the memcached that its answers were compared with, and that one's longest key. */

export const PROTOCOL_VERSION = '1.6.18';
export const KEY_BYTES_MAX = 250;
