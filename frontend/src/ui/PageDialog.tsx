import { CloseButton, Group, Modal } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import { useFocusBack } from "./useFocusBack";

interface Props {
  title: string;
  closeLabel: string;
  onClose: () => void;
  children: ReactNode;
}

/** A dialog with its own URL: it is open while it is rendered, and full screen on phones. */
export function PageDialog({ title, closeLabel, onClose, children }: Props) {
  useFocusBack();
  const isSmall = useMediaQuery("(max-width: 36em)", false, { getInitialValueInEffect: false });
  return (
    <Modal.Root
      opened
      onClose={onClose}
      size="lg"
      radius={isSmall ? 0 : "md"}
      fullScreen={isSmall}
      lockScroll={false} // it uses a style element, which the policy forbids; app.css does it
    >
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <Group justify="space-between" wrap="nowrap" mb="xs">
            <Modal.Title fz="h3" fw={700}>
              {title}
            </Modal.Title>
            <CloseButton onClick={onClose} aria-label={closeLabel} />
          </Group>
          {children}
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
