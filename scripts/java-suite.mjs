// The tests of sdk-java as one job of `npm test`: Maven runs them, its reports are counted. Without Maven and a JDK
// they are skipped, with the reason, and each test class counts as one.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** As Maven names it among the files. */
export const JAVA_SUITE = 'sdk-java';

const JAVA_MIN = 17;
/** The first run downloads some 50 MB of plugins and libraries. */
const TIMEOUT_MS = 900_000;
const MAVEN = process.platform === 'win32' ? 'mvn.cmd' : 'mvn';

/**
 * Runs the suite below `root`. Resolves to one entry per test class, `{name, passed, failed, skipped, seconds, skips}`,
 * and `problem`, what went wrong besides: it stands for one failure more.
 */
export async function runJavaSuite(root) {
  const folder = join(root, JAVA_SUITE);
  const why = reasonAgainst(versionText());
  if (why !== undefined) {
    const skipped = testClasses(join(folder, 'src', 'test', 'java')).length;
    return {
      classes: [{ name: JAVA_SUITE, passed: 0, failed: 0, skipped, seconds: 0, skips: [why] }],
      output: '',
    };
  }
  const reports = join(folder, 'target', 'surefire-reports');
  rmSync(reports, { recursive: true, force: true });
  const { code, output, timedOut } = await runMaven(folder);
  const classes = readReports(reports);
  const failed = classes.some((each) => each.failed > 0);
  if (timedOut) return { classes, output, problem: `the watchdog ended Maven after ${TIMEOUT_MS / 1000} s` };
  if (code !== 0 && !failed) return { classes, output, problem: `Maven ended with code ${code}` };
  if (classes.length === 0) return { classes, output, problem: 'Maven ran no test' };
  return { classes, output };
}

/** Why Java tests cannot run, of what `mvn --version` prints; undefined where they can. */
export function reasonAgainst(version, exists = existsSync) {
  if (version === undefined) return `no Maven (mvn) on the PATH; the Java tests need it and JDK ${JAVA_MIN}`;
  const java = /^Java version: (\d+)/m.exec(version)?.[1];
  if (java === undefined) return 'mvn --version names no Java';
  if (Number(java) < JAVA_MIN)
    return `Maven runs on Java ${java}; the Java tests need JDK ${JAVA_MIN} or newer`;
  const home = /runtime: (.+)$/m.exec(version)?.[1].trim();
  const compilers = ['javac', 'javac.exe'].map((name) => join(home ?? '', 'bin', name));
  if (home !== undefined && !compilers.some((file) => exists(file)))
    return `Maven runs on a Java without compiler (${home}); the Java tests need a JDK`;
  return undefined;
}

/** Counts of one surefire report. */
export function countsOfReport(xml) {
  const suite = /<testsuite\b[^>]*>/.exec(xml)?.[0] ?? '';
  const attribute = (name) => new RegExp(`\\s${name}="([^"]*)"`).exec(suite)?.[1] ?? '';
  const number = (name) => Number(attribute(name).replaceAll(',', '') || 0);
  const failed = number('failures') + number('errors');
  const skipped = number('skipped');
  const skips = [...xml.matchAll(/<skipped\b[^>]*\bmessage="([^"]*)"/g)].map(([, message]) =>
    unescaped(message),
  );
  return {
    name: attribute('name'),
    passed: number('tests') - failed - skipped,
    failed,
    skipped,
    seconds: number('time'),
    skips: [...new Set(skips)],
  };
}

function readReports(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^TEST-.*\.xml$/.test(name))
    .sort()
    .map((name) => countsOfReport(readFileSync(join(folder, name), 'utf8')));
}

function runMaven(folder) {
  return new Promise((resolve) => {
    // Here the real server is built, so that a test which cannot start it fails instead of being skipped.
    const env = { ...process.env, ANOA_REQUIRE_SERVER: '1' };
    delete env.ANOA_URL;
    const child = spawn(
      MAVEN,
      ['--batch-mode', '--quiet', '--no-transfer-progress', '--color=never', 'verify'],
      {
        cwd: folder,
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        // A group of its own: the JVM of the tests and the servers these start end with Maven.
        detached: process.platform !== 'win32',
        shell: process.platform === 'win32',
      },
    );
    let output = '';
    let timedOut = false;
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    const end = () => {
      try {
        if (process.platform === 'win32') child.kill('SIGKILL');
        else process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    process.once('exit', end);
    const watchdog = setTimeout(() => {
      timedOut = true;
      end();
    }, TIMEOUT_MS);
    child.on('error', (error) => (output += error.message));
    child.on('close', (code) => {
      clearTimeout(watchdog);
      process.removeListener('exit', end);
      resolve({ code, output, timedOut });
    });
  });
}

function versionText() {
  const done = spawnSync(MAVEN, ['--version', '--color=never'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  return done.status === 0 ? done.stdout : undefined;
}

function testClasses(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true }).filter((name) => /Test\.java$/.test(String(name)));
}

function unescaped(text) {
  return text
    .replaceAll('&#10;', ' ')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
