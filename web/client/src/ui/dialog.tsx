// A dialog that stands over the page from the moment it is drawn; one that asks has a form with two buttons.
import type { ComponentChildren, ComponentProps } from "preact";
import { text } from "../text/id";
import { Button, Form } from "./controls";

function open(element: HTMLDialogElement | null): void {
  if (element && !element.open) element.showModal();
}

export const Dialog = (props: ComponentProps<"dialog">) => <dialog ref={open} {...props} />;

interface Asking {
  title: string;
  button: string;
  locked?: boolean;
  back?: string;
  children: ComponentChildren;
  onSend: () => unknown;
  onBack: () => void;
}

export const Question = ({ title, button, locked, back, children, onSend, onBack }: Asking) => (
  <Dialog aria-label={title} onClose={onBack}>
    <Form onSend={onSend}>
      <h2>{title}</h2>
      {children}
      <div class="pair">
        <Button type="submit" label={button} class="primary" disabled={locked} />
        <Button label={back ?? text.back} onClick={onBack} />
      </div>
    </Form>
  </Dialog>
);
