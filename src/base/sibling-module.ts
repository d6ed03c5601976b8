/** The URL of a module beside another, for a worker thread: `.ts` when run from source, `.js` when compiled. */

export const siblingModule = (importMetaUrl: string, name: string): URL =>
  new URL(name + (importMetaUrl.endsWith('.ts') ? '.ts' : '.js'), importMetaUrl)
