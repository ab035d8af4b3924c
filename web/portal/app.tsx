import { AskForLink } from './entry/ask-for-link.tsx';
import { Entry } from './entry/entry.tsx';
import { SignedIn } from './signed-in.tsx';
import { parsePlace, usePath } from './use-path.ts';

/** The portal: by a link, by the inbox of a visit, or by asking for a new link. */
export function App() {
  const place = parsePlace(usePath());
  switch (place.page) {
    case 'link':
      return <Entry key={place.token} token={place.token} />;
    case 'inbox':
      return <SignedIn offerId={null} />;
    case 'message':
      return <SignedIn offerId={place.offerId} />;
    case 'ask':
      return <AskForLink slug={place.slug} />;
  }
}
