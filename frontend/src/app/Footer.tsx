import { Anchor, Button } from "@mantine/core";
import { useSeller } from "../entities/catalogue/useSeller";
import { useSaveLanguage } from "../entities/me/useSaveLanguage";
import { chooseLanguage, language, LANGUAGES, m, type Language } from "../lib/messages";
import classes from "./Layout.module.css";

/** The same footer on every page, with the choice of language. */
export function Footer() {
  const saveLanguage = useSaveLanguage();
  const seller = useSeller().data;
  const others = (Object.keys(LANGUAGES) as Language[]).filter((code) => code !== language);
  return (
    <footer className={classes.footer}>
      <div className={classes.bar}>
        <span>{m.app.footer}</span>
        {seller?.email && (
          <Anchor href={`mailto:${seller.email}`} inherit>
            {m.app.support(seller.name)}
          </Anchor>
        )}
        <span className={classes.languages}>
          {others.map((code) => (
            <Button
              key={code}
              variant="subtle"
              size="compact-sm"
              lang={code}
              onClick={() => {
                saveLanguage.mutate(code, {
                  onSettled: () => {
                    chooseLanguage(code);
                  },
                });
              }}
            >
              {LANGUAGES[code].name}
            </Button>
          ))}
        </span>
      </div>
    </footer>
  );
}
