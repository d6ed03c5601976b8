/** How a program gets an access token for an API key, and uses it: for a shell. */
import { useQuery } from '@tanstack/react-query'
import { serverQuery } from '../../api/server.ts'
import { QueryView } from '../../components/QueryView.tsx'
import { SecretText } from '../../components/ShownOnce.tsx'
import { apiKeys as words } from '../../strings/apiKeys.ts'

export function TokenCommands({ apiKey = words.placeholder }: { readonly apiKey?: string }) {
  const server = useQuery(serverQuery)
  return (
    <QueryView query={server}>
      {({ management_url: url }) => (
        <SecretText label={words.tokenCommand} text={commandsFor(url, apiKey)} titled={false} />
      )}
    </QueryView>
  )
}

const commandsFor = (url: string, apiKey: string): string =>
  [
    `API_KEY='${apiKey}'`,
    `ACCESS_TOKEN=$(curl -s -X POST "${url}/v1/access_token/$API_KEY" | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')`,
    `curl -H "Authorization: Bearer $ACCESS_TOKEN" ${url}/v1/me`,
    '',
  ].join('\n')
