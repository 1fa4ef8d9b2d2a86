import type { SpecModel } from './spec-model.js';

/** A file to be, its path relative to the root of the repository. */
export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/**
 * One language. The model has been validated, so an emitter checks nothing and decides nothing: it writes down.
 * A new language is a new implementation and one line in `emitters.ts`.
 */
export interface Emitter {
  readonly language: string;
  /** Folders where nothing but generated files may lie; anything else there is a stray. */
  readonly folders: readonly string[];
  /** `current` reads a file as it is, for emitters that fill marked regions of a file written by hand. */
  emit(model: SpecModel, current: (path: string) => string | undefined): readonly GeneratedFile[];
}
