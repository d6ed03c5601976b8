/** Light, dark, or as the system has it; kept in this browser. */
export type Theme = 'system' | 'light' | 'dark'

export const themes: readonly Theme[] = ['system', 'light', 'dark']
const storageKey = 'entrepot-theme'

export function currentTheme(): Theme {
  try {
    const kept = localStorage.getItem(storageKey)
    return themes.find((theme) => theme === kept) ?? 'system'
  } catch {
    // A browser may keep nothing for us.
    return 'system'
  }
}

export function applyTheme(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
  try {
    localStorage.setItem(storageKey, theme)
  } catch {
    // It then lasts as long as the page.
  }
}
