/** Moves the clock of a carepost with the lab, and runs everything that is due by then. */
export async function advanceLabClock(url: string, seconds: number): Promise<void> {
  const post = async (path: string, body?: object) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`The lab answered ${answer.status}: ${await answer.text()}`);
  };
  await post('/lab/clock', { advanceSeconds: seconds });
  await post('/lab/settle');
}
