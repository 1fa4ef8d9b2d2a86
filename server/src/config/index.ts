/** What other programs need of the settings without the weight of a validator or a server. */

export { type SettingInfo, type SettingName, settingNames, settingTable } from './setting-table.js';
