/** How programs are told of this server, and of a key where there is one to tell. */
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { serverQuery, type ServerFacts } from '../../api/server.ts'
import { QueryView } from '../../components/QueryView.tsx'
import { SelectField } from '../../components/SelectField.tsx'
import { SecretText } from '../../components/ShownOnce.tsx'
import { Tabs } from '../../components/Tabs.tsx'
import { accessKeys as words } from '../../strings/accessKeys.ts'
import { awsProfileFor, environmentFor, noCredentials, rcloneFor, s3cmdFor } from './tool-configuration.ts'
import type { Credentials } from './tool-configuration.ts'

export function ToolConfiguration({ credentials }: { readonly credentials?: Credentials }) {
  const server = useQuery(serverQuery)
  return <QueryView query={server}>{(facts) => <Tools facts={facts} credentials={credentials} />}</QueryView>
}

interface ToolsProps {
  readonly facts: ServerFacts
  readonly credentials: Credentials | undefined
}

function Tools({ facts, credentials }: ToolsProps) {
  const [chosen, setChosen] = useState(facts.region)
  const region = facts.regions.find(({ name }) => name === chosen) ?? facts.regions[0]
  if (region === undefined) return null
  const given = credentials ?? noCredentials
  const tab = (
    value: string,
    label: string,
    text: string,
    lead: string,
    file?: readonly [path: string, name: string],
  ) => ({
    value,
    label,
    content: (
      <>
        <p className="soft small">
          {file !== undefined && `${words.putInto(file[0])} `}
          {lead}
        </p>
        <SecretText
          label={words.configurationOf(label)}
          text={text}
          titled={false}
          wrap={false}
          file={file && credentials && { name: file[1], label: words.downloadFile(file[1]) }}
        />
      </>
    ),
  })
  return (
    <div className="stack">
      {facts.regions.length > 1 && (
        <SelectField
          label={words.region}
          value={region.name}
          options={facts.regions.map(({ name, display_name: shown }) => ({
            value: name,
            label: shown === name ? name : `${shown} (${name})`,
          }))}
          onChange={setChosen}
        />
      )}
      <Tabs
        label={words.tools}
        tabs={[
          tab('aws', words.aws, awsProfileFor(given, region), words.awsLead, ['~/.aws/credentials', 'credentials']),
          tab('rclone', words.rclone, rcloneFor(given, region), words.rcloneLead, [
            '~/.config/rclone/rclone.conf',
            'rclone.conf',
          ]),
          tab('s3cmd', words.s3cmd, s3cmdFor(given, region), words.s3cmdLead, ['~/.s3cfg', '.s3cfg']),
          tab('environment', words.environment, environmentFor(given, region), words.environmentLead),
        ]}
      />
    </div>
  )
}
