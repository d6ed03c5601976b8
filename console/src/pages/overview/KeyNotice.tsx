/** Which access key the commands use, and where one is made. */
import { Link } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import { Notice } from '../../components/Notice.tsx'
import { overview as words } from '../../strings/overview.ts'

export function KeyNotice({ accessKeyId }: { readonly accessKeyId: string | undefined }) {
  return (
    <Notice>
      {accessKeyId === undefined ? (
        <p>{words.noKey}</p>
      ) : (
        <p>
          {words.hasKey} <code>{accessKeyId}</code>: {words.secretOnce}
        </p>
      )}
      <div>
        <Link to="/access-keys" className="button" data-size="small">
          <KeyRound aria-hidden="true" />
          {accessKeyId === undefined ? words.generate : words.generateOther}
        </Link>
      </div>
    </Notice>
  )
}
