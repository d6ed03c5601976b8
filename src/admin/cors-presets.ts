/** CORS rules that pages commonly need, so that nobody has to find them out. */

export const presetNames = ['video-player', 'browser-upload'] as const

export type PresetName = (typeof presetNames)[number]

export interface Preset {
  readonly preset: PresetName
  /** Of the pages; `*` for any. */
  readonly origins: readonly string[]
}

export const isPreset = (body: Readonly<Record<string, unknown>>): body is Readonly<Record<string, unknown>> & Preset =>
  presetNames.some((name) => name === body['preset']) &&
  Array.isArray(body['origins']) &&
  body['origins'].length > 0 &&
  body['origins'].every((origin) => typeof origin === 'string')

/** As AWS's JSON has them. */
export const presetRules = ({ preset, origins }: Preset) => [{ ...presetRule(preset), AllowedOrigins: [...origins] }]

/** All of a preset's rule but for which origins it is. */
export function presetRule(preset: PresetName) {
  const reading = {
    ID: preset,
    AllowedMethods: ['GET', 'HEAD'],
    // What players ask for parts of files with, and look at.
    AllowedHeaders: ['Range', 'If-None-Match', 'If-Modified-Since', 'Origin', 'Accept'],
    ExposeHeaders: ['Content-Length', 'Content-Range', 'Content-Type', 'ETag', 'Accept-Ranges', 'Date'],
    MaxAgeSeconds: 86_400,
  }
  if (preset === 'video-player') return reading
  return {
    ...reading,
    AllowedMethods: ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'],
    AllowedHeaders: ['*'],
    ExposeHeaders: [...reading.ExposeHeaders, 'x-amz-version-id', 'x-amz-request-id'],
  }
}
