// A dialog opens as a modal as soon as it is on the page.
export function openModal(element: HTMLDialogElement | null): void {
  if (element && !element.open) element.showModal();
}
