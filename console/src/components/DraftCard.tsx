/** A card in which something is edited. */
import type { ReactNode } from 'react'
import { Card } from './Card.tsx'
import { DraftForm, type DraftFormProps } from './DraftForm.tsx'

interface DraftCardProps<T> extends DraftFormProps<T> {
  readonly title: string
  readonly description?: ReactNode
  readonly actions?: ReactNode
}

export function DraftCard<T>({ title, description, actions, ...form }: DraftCardProps<T>) {
  return (
    <DraftForm
      {...form}
      label={title}
      frame={(fields, buttons) => (
        <Card title={title} description={description} actions={actions} foot={buttons}>
          {fields}
        </Card>
      )}
    />
  )
}
