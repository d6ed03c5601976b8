/** CORS rules that pages commonly need, so that nobody has to find them out. */

export interface Preset {
  readonly preset: 'video-player' | 'browser-upload'
  /** Of the pages; `*` for any. */
  readonly origins: readonly string[]
}

export const isPreset = (body: Readonly<Record<string, unknown>>): body is Readonly<Record<string, unknown>> & Preset =>
  (body['preset'] === 'video-player' || body['preset'] === 'browser-upload') &&
  Array.isArray(body['origins']) &&
  body['origins'].length > 0 &&
  body['origins'].every((origin) => typeof origin === 'string')

/** As AWS's JSON has them. */
export function presetRules({ preset, origins }: Preset) {
  const reading = {
    AllowedOrigins: origins,
    AllowedMethods: ['GET', 'HEAD'],
    // What players ask for parts of files with, and look at.
    AllowedHeaders: ['Range', 'If-None-Match', 'If-Modified-Since', 'Origin', 'Accept'],
    ExposeHeaders: ['Content-Length', 'Content-Range', 'Content-Type', 'ETag', 'Accept-Ranges', 'Date'],
    MaxAgeSeconds: 86_400,
  }
  if (preset === 'video-player') return [{ ID: preset, ...reading }]
  return [
    {
      ...reading,
      ID: preset,
      AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
      AllowedHeaders: ['*'],
      ExposeHeaders: [...reading.ExposeHeaders, 'x-amz-version-id', 'x-amz-request-id'],
    },
  ]
}
