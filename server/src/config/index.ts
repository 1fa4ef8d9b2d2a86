/** What other programs need of the settings without the weight of a validator or a server. */

export {
  DURATION_ACCEPTED,
  formatDurationMs,
  formatSizeBytes,
  parseDurationMs,
  parseSizeBytes,
  SIZE_ACCEPTED,
} from './quantity.js';
export { type SettingInfo, type SettingName, settingNames, settingTable } from './setting-table.js';
