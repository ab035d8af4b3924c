/** Our mark: a shield with a tick. Decoration, the name stands beside it. */
export function SealIcon({ size }: { size: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d="M12 3l7 3v6c0 4.500-3 7.600-7 9-4-1.400-7-4.500-7-9V6z" />
      <path d="M9 12l2 2 4-4" />
    </svg>
  );
}
