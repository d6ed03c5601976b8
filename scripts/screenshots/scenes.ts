/** The pictures: where each is taken, and what is opened first. */
import type { Page } from 'playwright-core'

export interface Scene {
  /** Of the file. */
  readonly name: string
  /** `{refusal}` stands for the id of a request that was refused. */
  readonly route: string
  /** Nobody is signed in. */
  readonly outside?: true
  /** Opens what the picture is about. */
  prepare?(page: Page): Promise<void>
}

export const scenes: readonly Scene[] = [
  { name: 'sign-in', route: '/sign-in', outside: true },
  { name: 'overview', route: '/' },
  { name: 'buckets', route: '/buckets' },
  { name: 'bucket-create', route: '/buckets?create=true' },
  { name: 'objects', route: '/buckets/feature-films?prefix=harbour-lights%2F' },
  {
    name: 'object',
    route: '/buckets/feature-films?prefix=harbour-lights%2F&key=harbour-lights%2Fposter.png',
  },
  { name: 'object-versions', route: '/buckets/raw-footage?show=versions' },
  { name: 'bucket-settings', route: '/buckets/feature-films/settings' },
  { name: 'bucket-policy', route: '/buckets/feature-films/settings?section=policy' },
  { name: 'access-keys', route: '/access-keys' },
  { name: 'signing-keys', route: '/signing-keys' },
  { name: 'domains', route: '/domains' },
  { name: 'users', route: '/users' },
  { name: 'user', route: '/users/press-office' },
  { name: 'api-keys', route: '/api-keys' },
  { name: 'usage', route: '/usage' },
  { name: 'audit', route: '/audit' },
  { name: 'refusals', route: '/refusals' },
  { name: 'refusal', route: '/refusals?id={refusal}' },
  { name: 'settings', route: '/settings' },
  { name: 'profile', route: '/profile' },
]
