import { Button, Group, Input, Progress, Text } from "@mantine/core";
import { useCallback, useEffect, useRef, useState, type DragEvent } from "react";
import { formatBytes } from "../../lib/format/money";
import { m } from "../../lib/messages";
import { PROOF_TYPES } from "./proofError";
import classes from "./ProofField.module.css";

interface Props {
  file: File | null;
  onChange: (file: File | null) => void;
  /** What is wrong with a file, or null; a file with an error is rejected. */
  check: (file: File) => string | null;
  /** The error is outdated: another file has been rejected since. */
  onRefused: () => void;
  error?: string | undefined;
  /** The label, if a file is required. */
  label?: string;
  /** The share sent so far, while the form is being sent. */
  progress?: number | undefined;
}

/** A receipt: chosen, dropped, pasted or photographed, with a preview. */
export function ProofField({ file, onChange, check, onRefused, error, label, progress }: Props) {
  const [refusal, setRefusal] = useState<string | null>(null);
  const take = (taken: File | undefined) => {
    if (!taken) return;
    const wrong = check(taken);
    setRefusal(wrong);
    if (wrong) onRefused();
    else onChange(taken);
  };
  usePastedFile(take);
  const shown = error ?? refusal;
  return (
    <Input.Wrapper
      id="proof"
      label={label ?? `${m.confirm.proof} ${m.signup.optional}`}
      description={m.confirm.proofHint}
      error={shown}
    >
      {file ? (
        <Chosen
          file={file}
          progress={progress}
          onRemove={() => {
            setRefusal(null);
            onChange(null);
          }}
        />
      ) : (
        <DropZone onFile={take} hasError={Boolean(shown)} />
      )}
    </Input.Wrapper>
  );
}

function DropZone({
  onFile,
  hasError,
}: {
  onFile: (file: File | undefined) => void;
  hasError: boolean;
}) {
  const [isOver, setIsOver] = useState(false);
  const camera = useRef<HTMLInputElement>(null);
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    setIsOver(false);
    onFile(event.dataTransfer.files[0]);
  };
  return (
    <div
      className={classes.zone}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setIsOver(true);
      }}
      onDragLeave={() => {
        setIsOver(false);
      }}
      onDrop={onDrop}
    >
      <label className={classes.choose}>
        <input
          id="proof"
          type="file"
          className={classes.input}
          accept={PROOF_TYPES.join(",")}
          aria-invalid={hasError}
          aria-describedby="proof-description proof-error"
          onChange={(event) => {
            onFile(event.currentTarget.files?.[0]);
            event.currentTarget.value = "";
          }}
        />
        <Text span fw={600} className={classes.link}>
          {m.confirm.chooseFile}
        </Text>{" "}
        <Text span c="dimmed">
          {m.confirm.orDrop}
        </Text>
      </label>
      <input
        ref={camera}
        type="file"
        hidden
        accept="image/*"
        capture="environment"
        aria-label={m.confirm.takePhoto}
        onChange={(event) => {
          onFile(event.currentTarget.files?.[0]);
          event.currentTarget.value = "";
        }}
      />
      <Button
        className={classes.camera}
        variant="default"
        size="compact-md"
        onClick={() => camera.current?.click()}
      >
        {m.confirm.takePhoto}
      </Button>
    </div>
  );
}

function Chosen({
  file,
  progress,
  onRemove,
}: {
  file: File;
  progress: number | undefined;
  onRemove: () => void;
}) {
  return (
    <div
      id="proof"
      role="group"
      tabIndex={-1} // the error summary links here
      aria-labelledby="proof-label"
      aria-describedby="proof-description proof-error"
      className={classes.chosen}
    >
      <Group wrap="nowrap">
        <Preview file={file} />
        <div className={classes.name}>
          <Text fw={500} truncate>
            {file.name}
          </Text>
          <Text size="sm" c="dimmed">
            {formatBytes(file.size)}
          </Text>
        </div>
        <Button variant="subtle" size="compact-sm" onClick={onRemove}>
          {m.confirm.removeFile}
        </Button>
      </Group>
      {progress !== undefined && (
        <Progress.Root mt="sm">
          <Progress.Section value={progress * 100} aria-label={m.confirm.sending} />
        </Progress.Root>
      )}
    </div>
  );
}

function Preview({ file }: { file: File }) {
  const show = useCallback(
    (image: HTMLImageElement | null) => {
      if (!image) return;
      const address = URL.createObjectURL(file);
      image.src = address;
      return () => {
        URL.revokeObjectURL(address);
      };
    },
    [file],
  );
  const [broken, setBroken] = useState<File | null>(null);
  if (file.type.startsWith("image/") && broken !== file) {
    return (
      <img
        ref={show}
        alt={m.confirm.preview}
        className={classes.preview}
        onError={() => {
          setBroken(file);
        }}
      />
    );
  }
  return (
    <span className={classes.preview} aria-hidden>
      {file.type === "application/pdf" ? "PDF" : "?"}
    </span>
  );
}

/** Accepts a screenshot pasted anywhere on the page. */
function usePastedFile(take: (file: File | undefined) => void) {
  const latest = useRef(take);
  useEffect(() => {
    latest.current = take;
  });
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const file = event.clipboardData?.files[0];
      if (file) latest.current(file);
    };
    document.addEventListener("paste", onPaste);
    return () => {
      document.removeEventListener("paste", onPaste);
    };
  }, []);
}
