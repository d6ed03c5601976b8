/** How far something is; without a value, that it goes on. */
export function Progress({ value, label }: { readonly value: number | undefined; readonly label: string }) {
  const percent = value === undefined ? undefined : Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div
      className="progress"
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
      data-unknown={percent === undefined ? '' : undefined}
    >
      <div style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  )
}
