/**
 * The text format of Prometheus, version 0.0.4: a family is a name, what it means, its kind, and its samples.
 *
 * Invariant: the samples of a family stand together, behind its HELP and TYPE, and no family stands there twice.
 */

export type MetricKind = 'counter' | 'gauge' | 'histogram';
export type Labels = Readonly<Record<string, string>>;

export class PrometheusText {
  #text = '';
  #family = '';
  readonly #families = new Set<string>();

  /** Begins a family; `sample` adds to it. */
  family(kind: MetricKind, name: string, help: string): void {
    if (this.#families.has(name)) throw new Error(`the metric ${name} stands there twice`);
    this.#families.add(name);
    this.#family = name;
    this.#text += `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}\n# TYPE ${name} ${kind}\n`;
  }

  sample(value: number, labels: Labels = {}, suffix = ''): void {
    const pairs = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
    const braces = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
    this.#text += `${this.#family}${suffix}${braces} ${valueText(value)}\n`;
  }

  /** A family with one sample that has no labels. */
  one(kind: 'counter' | 'gauge', name: string, help: string, value: number): void {
    this.family(kind, name, help);
    this.sample(value);
  }

  toString(): string {
    return this.#text;
  }
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function valueText(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
}
