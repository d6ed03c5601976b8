/** The players of the web that titles are played with: their scripts as they are published, and what each can play. */
import { createRequire } from 'node:module'
import type { Title } from './title.ts'

export interface Player {
  /** As page.html knows it. */
  readonly name: 'hls.js' | 'dash.js' | 'shaka'
  readonly script: string
  readonly kinds: readonly Title['kind'][]
}

const require = createRequire(import.meta.url)

export const players: readonly Player[] = [
  { name: 'hls.js', script: require.resolve('hls.js/dist/hls.min.js'), kinds: ['hls'] },
  { name: 'dash.js', script: require.resolve('dashjs'), kinds: ['dash'] },
  { name: 'shaka', script: require.resolve('shaka-player'), kinds: ['hls', 'dash'] },
]
