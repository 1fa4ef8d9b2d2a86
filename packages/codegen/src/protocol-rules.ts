/** Combinations that types, errors, datagrams, frames and limits can not have. Each refusal has a name and a test. */
import type { SpecModel } from './spec-model.js';
import { SpecRefusal } from './spec-refusal.js';
import type { LayoutField } from './spec-schema.js';

/** Bytes of a layout field; `rest` has none of its own. */
export function fieldBytes(type: string): number {
  if (type === 'rest') return 0;
  if (type.startsWith('u')) return Number(type.slice(1)) / 8;
  return Number(type.slice('bytes['.length, -1));
}

export function checkTypes(model: SpecModel): void {
  unique(model.types, 'types.json', 'duplicate-type');
  for (const type of model.types) {
    // Bit 7 of a result's type byte says that a version follows.
    if (type.code >= model.protocol.resultHeader.versionBit)
      throw new SpecRefusal(
        'type-beyond-version-bit',
        'types.json',
        `${type.name} collides with the version bit`,
      );
  }
}

export function checkErrors(model: SpecModel): void {
  const where = 'errors.json';
  unique(model.statuses, where, 'duplicate-status');
  for (const { code } of model.errors.reserved) {
    const taken = model.statuses.find((status) => status.code === code);
    if (taken !== undefined)
      throw new SpecRefusal(
        'reserved-status',
        where,
        `${taken.name} has the code ${code}, which is reserved`,
      );
  }
  for (const status of model.errors.result)
    if (status.code >= 0x20)
      throw new SpecRefusal('status-range', where, `${status.name}: result codes are below 0x20`);
  for (const status of model.errors.transport)
    if (status.code < 0x20)
      throw new SpecRefusal('status-range', where, `${status.name}: transport codes start at 0x20`);
  if (model.statuses[0]?.name !== 'OK' || model.statuses[0].code !== 0)
    throw new SpecRefusal('ok-is-zero', where, 'the code 0 must be OK');
}

export function checkProtocol(model: SpecModel): void {
  const { protocol } = model;
  const where = 'protocol.json';
  const refuse = (rule: string, what: string): never => {
    throw new SpecRefusal(rule, where, what);
  };
  if (protocol.versions.min > protocol.versions.max)
    refuse('empty-range', 'versions.min is above versions.max');

  unique(protocol.datagrams, where, 'datagram-type-clash');
  for (const datagram of protocol.datagrams) {
    const open = datagram.code + protocol.openTypeOffset.value;
    const taken = protocol.datagrams.find((other) => other.code === open);
    if (taken !== undefined)
      refuse(
        'datagram-type-clash',
        `${datagram.name} in open mode has the type of ${taken.name} when sealed`,
      );
    if (open > 0xff) refuse('datagram-type-clash', `${datagram.name} in open mode does not fit a byte`);
    if (datagram.bytes !== 'header and more')
      checkLength(datagram.name, datagram.bytes, datagram.fields, where);
  }
  checkLength('header', protocol.header.bytes, protocol.header.fields, where);
  checkLength('frameHeader', protocol.frameHeader.bytes, protocol.frameHeader.fields, where);
  checkLength('opHeader', protocol.opHeader.bytes, protocol.opHeader.fields, where);
  checkLength('resultHeader', protocol.resultHeader.bytes, protocol.resultHeader.fields, where);

  for (const structure of protocol.structures) {
    checkLength(structure.name, structure.bytes, structure.fields, where);
    const datagram = protocol.datagrams.find((candidate) => candidate.name === structure.within);
    const room = datagram?.fields.find((field) => field.name === 'params');
    if (room === undefined)
      refuse('structure-without-place', `${structure.within} has no params for ${structure.name}`);
    else if (fieldBytes(room.type) < structure.bytes)
      refuse('structure-without-place', `${structure.name} is larger than the params of ${structure.within}`);
  }

  unique(protocol.frames, where, 'frame-type-clash');
  for (const frame of protocol.frames) {
    if (frame.code === protocol.padding.code)
      refuse('frame-type-clash', `${frame.name} has the type of padding`);
    if (!frame.reserved) checkLength(frame.name, frame.bytes, frame.fields, where);
  }
  unique(protocol.rejectReasons, where, 'duplicate-reject-reason');
  unique(protocol.closeCodes, where, 'duplicate-close-code');
  unique(protocol.dedup, where, 'duplicate-dedup');
  names([...protocol.limits, ...protocol.timings], where, 'duplicate-limit');
  names(protocol.permissions, where, 'duplicate-permission');
  checkLimits(model);
}

/** Limits that must agree with each other or with a layout, as "left, right, what it says". */
function checkLimits(model: SpecModel): void {
  const { protocol } = model;
  const n = (name: string): number => model.limit(name);
  const t = (name: string): number => {
    const timing = protocol.timings.find((candidate) => candidate.name === name);
    if (timing === undefined) throw new SpecRefusal('unknown-limit', 'protocol.json', `no timing "${name}"`);
    return timing.value;
  };
  const frame = (name: string): number =>
    protocol.frames.find((candidate) => candidate.name === name)?.bytes ?? 0;
  const atMost: readonly (readonly [string, number, string, number])[] = [
    ['keyBytesMin', n('keyBytesMin'), 'keyBytesMax', n('keyBytesMax')],
    ['keyBytesMax', n('keyBytesMax'), 'what keyLen holds', 0xffff],
    ['valueBytesMaxDefault', n('valueBytesMaxDefault'), 'valueBytesMaxCeiling', n('valueBytesMaxCeiling')],
    ['returnedValueBytesMax', n('returnedValueBytesMax'), 'storedReplyBytesMax', n('storedReplyBytesMax')],
    [
      'storedReplyBytesMax',
      n('storedReplyBytesMax'),
      'storedRepliesBytesPerClientMax',
      n('storedRepliesBytesPerClientMax'),
    ],
    ['windowDefault', n('windowDefault'), 'windowMax', n('windowMax')],
    ['windowMax', n('windowMax'), 'what delta holds, plus one', 256],
    ['fragmentsMax', n('fragmentsMax'), 'what index holds, plus one', 65536],
    ['opsPerRequestMax', n('opsPerRequestMax'), '255', 255],
    ['datagramBytesMax', n('datagramBytesMax'), 'datagramBytesMaxLoopback', n('datagramBytesMaxLoopback')],
    [
      'a value of valueBytesMaxDefault with the largest key and version',
      n('valueBytesMaxDefault') + n('keyBytesMax') + protocol.opHeader.bytes + 32,
      'messageBytesMax',
      n('messageBytesMax'),
    ],
    [
      'messageBytesMax',
      n('messageBytesMax'),
      'what fragmentsMax fragments carry',
      n('fragmentsMax') * n('fragmentDataBytes'),
    ],
    [
      'seal overhead, frame header and the head of a fragment',
      n('sealOverheadBytes') + protocol.frameHeader.bytes + Math.max(frame('REQ_FRAG'), frame('RSP_FRAG')),
      'fragmentOverheadBytes',
      n('fragmentOverheadBytes'),
    ],
    [
      'reassemblyBytesPerSession',
      n('reassemblyBytesPerSession'),
      'reassemblyBytesPerKey',
      n('reassemblyBytesPerKey'),
    ],
    ['reassemblyBytesPerKey', n('reassemblyBytesPerKey'), 'reassemblyBytesMax', n('reassemblyBytesMax')],
    ['sessionsPerSourceMax', n('sessionsPerSourceMax'), 'sessionsPerKeyMax', n('sessionsPerKeyMax')],
    ['sessionsPerKeyMax', n('sessionsPerKeyMax'), 'sessionsMax', n('sessionsMax')],
    ['clientRecordsPerKeyMax', n('clientRecordsPerKeyMax'), 'clientRecordsMax', n('clientRecordsMax')],
    ['counterMaxClient', n('counterMaxClient'), 'counterMaxServer', n('counterMaxServer')],
    [
      'congestionWindowMinBytes',
      n('congestionWindowMinBytes'),
      'congestionWindowInitialBytes',
      n('congestionWindowInitialBytes'),
    ],
    ['retransmitMsMin', t('retransmitMsMin'), 'retransmitMsInitial', t('retransmitMsInitial')],
    ['retransmitMsInitial', t('retransmitMsInitial'), 'retransmitMsMax', t('retransmitMsMax')],
    ['rekeyMs', t('rekeyMs'), 'sessionAgeMsMax', t('sessionAgeMsMax')],
    ['cookieAgeMsMax', t('cookieAgeMsMax'), 'cookieRotationMs', t('cookieRotationMs')],
    ['cookieAgeMsMax', t('cookieAgeMsMax'), 'seenAuthMs', t('seenAuthMs')],
    ['outcomeUnknownMs', t('outcomeUnknownMs'), 'clientRecordIdleMs', t('clientRecordIdleMs')],
    ['reassemblyIdleMs', t('reassemblyIdleMs'), 'reassemblyMsMax', t('reassemblyMsMax')],
  ];
  const equal: readonly (readonly [string, number, string, number])[] = [
    [
      'framesBytesMax',
      n('framesBytesMax'),
      'datagram less seal overhead',
      n('datagramBytesMax') - n('sealOverheadBytes'),
    ],
    [
      'fragmentDataBytes',
      n('fragmentDataBytes'),
      'datagram less fragment overhead',
      n('datagramBytesMax') - n('fragmentOverheadBytes'),
    ],
    ['replayWindow', n('replayWindow'), 'all words but one', (n('replayWindowWords') - 1) * 32],
  ];
  for (const [leftName, left, rightName, right] of atMost)
    if (left > right) contradict(`${leftName} (${left}) is above ${rightName} (${right})`);
  for (const [leftName, left, rightName, right] of equal)
    if (left !== right) contradict(`${leftName} (${left}) is not ${rightName} (${right})`);
}

function contradict(what: string): never {
  throw new SpecRefusal('limits-contradict', 'protocol.json', what);
}

function checkLength(name: string, bytes: number, fields: readonly LayoutField[], where: string): void {
  const seen = new Set<string>();
  let sum = 0;
  fields.forEach((field, index) => {
    if (seen.has(field.name))
      throw new SpecRefusal('duplicate-field', where, `${name}.${field.name} stands twice`);
    seen.add(field.name);
    if (field.type === 'rest' && index !== fields.length - 1)
      throw new SpecRefusal(
        'rest-not-last',
        where,
        `${name}.${field.name} reaches to the end, so it must be last`,
      );
    sum += fieldBytes(field.type);
  });
  if (sum !== bytes)
    throw new SpecRefusal(
      'length-is-not-sum-of-fields',
      where,
      `${name} says ${bytes} bytes, its fields are ${sum}`,
    );
}

function unique(entries: readonly { name: string; code: number }[], where: string, rule: string): void {
  names(entries, where, rule);
  const byCode = new Map<number, string>();
  for (const { name, code } of entries) {
    const other = byCode.get(code);
    if (other !== undefined) throw new SpecRefusal(rule, where, `${name} has the code ${code} of ${other}`);
    byCode.set(code, name);
  }
}

function names(entries: readonly { name: string }[], where: string, rule: string): void {
  const seen = new Set<string>();
  for (const { name } of entries) {
    if (seen.has(name)) throw new SpecRefusal(rule, where, `${name} stands twice`);
    seen.add(name);
  }
}
