/** A sentence of the server's, in which what stands between backquotes is code. */
export const Marked = ({ text }: { readonly text: string }) => (
  <>
    {text.split('`').map((piece, index) =>
      // Pieces have nothing but their place.
      index % 2 === 0 ? <span key={index}>{piece}</span> : <code key={index}>{piece}</code>,
    )}
  </>
)
