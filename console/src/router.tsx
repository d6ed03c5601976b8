/**
 * Which page stands where. Paths are in the fragment of the address, so that the console works below any path of a proxy without knowing it, and what
 * is looked at is in no server's log.
 */
import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { meQuery } from './api/me.ts'
import { Problem } from './api/problem.ts'
import { queryClient } from './api/queries.ts'
import { Fault, NotFound } from './shell/Fault.tsx'
import { Shell } from './shell/Shell.tsx'

const root = createRootRoute({ component: Outlet, errorComponent: Fault, notFoundComponent: NotFound })

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search): { next?: string } => drop({ next: text(search['next']) }),
  component: lazyRouteComponent(() => import('./pages/sign-in/SignInPage.tsx'), 'SignInPage'),
})

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (search): { token?: string } => drop({ token: text(search['token']) }),
  component: lazyRouteComponent(() => import('./pages/sign-in/SetupPage.tsx'), 'SetupPage'),
})

/** All that needs a sign-in. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  async beforeLoad({ location }) {
    try {
      await queryClient.query({ ...meQuery, staleTime: 'static' })
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 401) throw error
      const next = location.href === '/' ? {} : { next: location.href }
      // The router has what is thrown for it be no Error.
      // oxlint-disable-next-line typescript/only-throw-error
      throw redirect({ to: '/sign-in', search: next })
    }
  },
  component: Shell,
  errorComponent: Fault,
  notFoundComponent: NotFound,
})

const overview = createRoute({
  getParentRoute: () => inside,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/OverviewPage.tsx'), 'OverviewPage'),
})

const buckets = createRoute({
  getParentRoute: () => inside,
  path: '/buckets',
  validateSearch: (search): { create?: true } => (search['create'] === true ? { create: true } : {}),
  component: lazyRouteComponent(() => import('./pages/buckets/BucketsPage.tsx'), 'BucketsPage'),
})

/** The object browser: the folder, the object that is looked at and its version, and which list. */
export interface ObjectsSearch {
  readonly prefix?: string
  readonly key?: string
  readonly version?: string
  readonly show?: 'versions' | 'deleted' | 'uploads'
}

const objects = createRoute({
  getParentRoute: () => inside,
  path: '/buckets/$bucket',
  validateSearch: (search): ObjectsSearch => {
    const show = (['versions', 'deleted', 'uploads'] as const).find((name) => name === search['show'])
    return drop({ prefix: text(search['prefix']), key: text(search['key']), version: text(search['version']), show })
  },
  component: lazyRouteComponent(() => import('./pages/objects/ObjectsPage.tsx'), 'ObjectsPage'),
})

const bucketSettings = createRoute({
  getParentRoute: () => inside,
  path: '/buckets/$bucket/settings',
  validateSearch: (search): { section?: string } => drop({ section: text(search['section']) }),
  component: lazyRouteComponent(() => import('./pages/buckets/BucketSettingsPage.tsx'), 'BucketSettingsPage'),
})

const accessKeys = createRoute({
  getParentRoute: () => inside,
  path: '/access-keys',
  component: lazyRouteComponent(() => import('./pages/access-keys/AccessKeysPage.tsx'), 'AccessKeysPage'),
})

const signingKeys = createRoute({
  getParentRoute: () => inside,
  path: '/signing-keys',
  component: lazyRouteComponent(() => import('./pages/signing-keys/SigningKeysPage.tsx'), 'SigningKeysPage'),
})

const domains = createRoute({
  getParentRoute: () => inside,
  path: '/domains',
  component: lazyRouteComponent(() => import('./pages/domains/DomainsPage.tsx'), 'DomainsPage'),
})

const users = createRoute({
  getParentRoute: () => inside,
  path: '/users',
  component: lazyRouteComponent(() => import('./pages/users/UsersPage.tsx'), 'UsersPage'),
})

const user = createRoute({
  getParentRoute: () => inside,
  path: '/users/$user',
  component: lazyRouteComponent(() => import('./pages/users/UserPage.tsx'), 'UserPage'),
})

const apiKeys = createRoute({
  getParentRoute: () => inside,
  path: '/api-keys',
  component: lazyRouteComponent(() => import('./pages/api-keys/ApiKeysPage.tsx'), 'ApiKeysPage'),
})

const usage = createRoute({
  getParentRoute: () => inside,
  path: '/usage',
  component: lazyRouteComponent(() => import('./pages/usage/UsagePage.tsx'), 'UsagePage'),
})

const audit = createRoute({
  getParentRoute: () => inside,
  path: '/audit',
  component: lazyRouteComponent(() => import('./pages/audit/AuditPage.tsx'), 'AuditPage'),
})

const refusals = createRoute({
  getParentRoute: () => inside,
  path: '/refusals',
  validateSearch: (search): { id?: string } => drop({ id: text(search['id']) }),
  component: lazyRouteComponent(() => import('./pages/refusals/RefusalsPage.tsx'), 'RefusalsPage'),
})

const settings = createRoute({
  getParentRoute: () => inside,
  path: '/settings',
  validateSearch: (search): { section?: 'server' | 'health' } =>
    drop({ section: (['server', 'health'] as const).find((name) => name === search['section']) }),
  component: lazyRouteComponent(() => import('./pages/settings/SettingsPage.tsx'), 'SettingsPage'),
})

const profile = createRoute({
  getParentRoute: () => inside,
  path: '/profile',
  component: lazyRouteComponent(() => import('./pages/profile/ProfilePage.tsx'), 'ProfilePage'),
})

export const router = createRouter({
  history: createHashHistory(),
  defaultErrorComponent: Fault,
  defaultPreload: 'intent',
  routeTree: root.addChildren([
    signIn,
    setup,
    inside.addChildren([
      ...[overview, buckets, objects, bucketSettings, accessKeys, signingKeys, domains, users, user, apiKeys],
      ...[usage, audit, refusals, settings, profile],
    ]),
  ]),
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}

/** What is not there is left out: `exactOptionalPropertyTypes`. */
function drop<T extends Record<string, unknown>>(search: T): { [Name in keyof T]?: Exclude<T[Name], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as {
    [Name in keyof T]?: Exclude<T[Name], undefined>
  }
}
