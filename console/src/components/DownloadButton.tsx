/** Keeps a text as a file. */
import { Download } from 'lucide-react'
import { Button } from './Button.tsx'
import { downloadText } from './download.ts'

interface DownloadButtonProps {
  readonly fileName: string
  readonly text: string
  readonly children: string
  readonly onDownloaded?: (() => void) | undefined
}

export function DownloadButton({ fileName, text, children, onDownloaded }: DownloadButtonProps) {
  return (
    <Button
      size="small"
      icon={<Download aria-hidden="true" />}
      onClick={() => {
        downloadText(fileName, text)
        onDownloaded?.()
      }}
    >
      {children}
    </Button>
  )
}
