/** For commands that work on the files of a server: its code, loaded only now, and the settings it would have. */
export async function serverFiles(flags: Record<string, unknown>) {
  const server = await import('@anoadb/server');
  const { settings } = await server.loadSettings({ flags });
  return { server, settings };
}
