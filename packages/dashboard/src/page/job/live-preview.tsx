// The preview beside the editor: the trigger in words, and its next fires.
import { Mark } from '../parts/mark.tsx';
import { FireList } from './next-fires.tsx';
import type { PreviewState } from './use-preview.ts';

export function LivePreview({ preview, fault, isOld }: PreviewState) {
  return (
    <section class="preview" aria-label="Preview" aria-live="polite" aria-busy={isOld && fault === null}>
      <h3>It would fire</h3>
      {fault !== null && (
        <p class="small wrap">
          <Mark state="failed" /> {fault.message}
        </p>
      )}
      {fault === null && preview !== null && (
        <>
          <p class="explain wrap">{preview.explain}</p>
          <FireList preview={preview} />
        </>
      )}
    </section>
  );
}
