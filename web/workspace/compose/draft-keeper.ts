import { saveDraft, type Draft } from '../../api/mail/draft.ts';
import type { Identity } from '../../api/jmap/types.ts';
import { Autosave, type SaveState } from './autosave.ts';

/** Where a person's drafts and sent messages are, and who they write as. */
export interface Place {
  identity: Identity;
  draftsId: string;
  sentId: string;
}

interface DraftKeeperPorts {
  /** The saved version that is gone on with. */
  startId: string | null;
  place: Place;
  onState: (state: SaveState) => void;
  onSaved: (emailId: string) => void;
}

/**
 * Keeps a draft on the server as it is written. Each save is a new message with new blobs and ends the
 * one before; whoever writes goes on with the blobs they know, the keeper knows where they are now.
 */
export class DraftKeeper {
  #emailId: string | null;
  readonly #moved = new Map<string, string>();
  readonly #autosave: Autosave<Draft>;

  constructor({ startId, place, onState, onSaved }: DraftKeeperPorts) {
    this.#emailId = startId;
    this.#autosave = new Autosave<Draft>({
      onState,
      save: async (draft) => {
        const attachments = draft.attachments.map((attachment) => ({
          ...attachment,
          blobId: this.#moved.get(attachment.blobId) ?? attachment.blobId,
        }));
        const saved = await saveDraft({ ...draft, attachments }, { ...place, previousId: this.#emailId });
        this.#emailId = saved.emailId;
        for (const [index, { blobId }] of draft.attachments.entries()) {
          const moved = saved.blobIds[index];
          if (moved !== undefined) this.#moved.set(blobId, moved);
        }
        onSaved(saved.emailId);
      },
    });
  }

  /** Tells of a new version. */
  changed(draft: Draft): void {
    this.#autosave.change(draft);
  }

  /** Saves what is not saved yet and answers the id; null when there is nothing to keep. */
  async flush(): Promise<string | null> {
    await this.#autosave.flush();
    return this.#emailId;
  }

  /** Stops saving and answers the id of what was saved. */
  async abandon(): Promise<string | null> {
    await this.#autosave.stop();
    return this.#emailId;
  }
}
