/** What changes on the page when somebody signs in or out. */
import { queryClient } from '../api/queries.ts'
import { setCsrfToken } from '../api/client.ts'
import { meQuery } from '../api/me.ts'
import { stopAll } from '../uploads/queue.ts'

/** After signing in: everything is asked anew. */
export async function signedIn(csrfToken: string): Promise<void> {
  setCsrfToken(csrfToken)
  queryClient.clear()
  await queryClient.query({ ...meQuery, staleTime: 0 })
}

/** Forgets what was shown; whoever signs in next may be somebody else. A new document has nothing of it in memory either. */
export function signedOut(): void {
  stopAll()
  setCsrfToken(null)
  queryClient.clear()
  location.hash = '#/sign-in'
  location.reload()
}
