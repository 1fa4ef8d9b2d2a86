package io.anoadb;

/** Whether the server applied what was asked. */
public enum Executed {
  /** Nothing was changed. */
  NO,
  /** It took effect. */
  YES,
  /** No answer came that would tell. */
  UNKNOWN
}
