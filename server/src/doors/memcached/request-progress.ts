/** Offset of the first byte behind a request that was executed or refused; or INCOMPLETE. */
export type AfterRequest = number;

/** The request goes on in bytes that have not come yet, or its connection is being closed: nothing was consumed. */
export const INCOMPLETE = -1;
