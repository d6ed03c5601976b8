// Generated from docs/tokens.md by npm run generate: change it there.
export const tokenSamples = [
  {
    "language": "Python",
    "file": "sign.py",
    "needs": "With PyJWT (pip install pyjwt[crypto]; on Debian python3-jwt and python3-cryptography).",
    "text": "import os\nimport time\nfrom urllib.parse import quote\n\nimport jwt\n\nwith open(os.environ[\"PRIVATE_KEY_FILE\"]) as file:\n    private_key = file.read()\nuri = os.environ[\"URI\"]\n\ntoken = jwt.encode(\n    {\"uri\": uri, \"exp\": int(time.time()) + 3600},\n    private_key,\n    algorithm=\"RS256\",\n    headers={\"kid\": os.environ[\"SIGNING_KEY_ID\"]},\n)\nprint(f\"{os.environ['BASE_URL']}{quote(uri)}?auth={token}\")\n"
  },
  {
    "language": "PHP",
    "file": "sign.php",
    "needs": "With nothing but PHP's own openssl.",
    "text": "<?php\nfunction base64url(string $bytes): string\n{\n    return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');\n}\n\nfunction sign_token(array $claims, string $key_id, string $private_key): string\n{\n    $flags = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_THROW_ON_ERROR;\n    $header = ['alg' => 'RS256', 'typ' => 'JWT', 'kid' => $key_id];\n    $signed = base64url(json_encode($header, $flags)) . '.' . base64url(json_encode($claims, $flags));\n    if (!openssl_sign($signed, $signature, $private_key, OPENSSL_ALGO_SHA256)) {\n        throw new RuntimeException('The private key does not sign: ' . openssl_error_string());\n    }\n    return $signed . '.' . base64url($signature);\n}\n\n$uri = getenv('URI');\n$claims = ['uri' => $uri, 'exp' => time() + 3600];\n$token = sign_token($claims, getenv('SIGNING_KEY_ID'), file_get_contents(getenv('PRIVATE_KEY_FILE')));\n$path = implode('/', array_map('rawurlencode', explode('/', $uri)));\necho getenv('BASE_URL'), $path, '?auth=', $token, \"\\n\";\n"
  },
  {
    "language": "Node.js",
    "file": "sign.mjs",
    "needs": "With nothing but node:crypto.",
    "text": "import { sign } from 'node:crypto'\nimport { readFileSync } from 'node:fs'\n\nconst { SIGNING_KEY_ID, PRIVATE_KEY_FILE, BASE_URL, URI } = process.env\n\nconst base64url = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')\n\nfunction signToken(claims, keyId, privateKey) {\n  const signed = `${base64url({ alg: 'RS256', typ: 'JWT', kid: keyId })}.${base64url(claims)}`\n  return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`\n}\n\nconst claims = { uri: URI, exp: Math.floor(Date.now() / 1000) + 3600 }\nconst token = signToken(claims, SIGNING_KEY_ID, readFileSync(PRIVATE_KEY_FILE))\nconsole.log(`${BASE_URL}${URI.split('/').map(encodeURIComponent).join('/')}?auth=${token}`)\n"
  },
  {
    "language": "Node.js",
    "file": "sign-jose.mjs",
    "needs": "With jose (npm install jose).",
    "text": "import { createPrivateKey } from 'node:crypto'\nimport { readFileSync } from 'node:fs'\nimport { SignJWT } from 'jose'\n\nconst { SIGNING_KEY_ID, PRIVATE_KEY_FILE, BASE_URL, URI } = process.env\n\nconst token = await new SignJWT({ uri: URI })\n  .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: SIGNING_KEY_ID })\n  .setExpirationTime('1h')\n  .sign(createPrivateKey(readFileSync(PRIVATE_KEY_FILE)))\nconsole.log(`${BASE_URL}${URI.split('/').map(encodeURIComponent).join('/')}?auth=${token}`)\n"
  },
  {
    "language": "Go",
    "file": "sign.go",
    "needs": "With the standard library alone.",
    "text": "package main\n\nimport (\n\t\"crypto\"\n\t\"crypto/rand\"\n\t\"crypto/rsa\"\n\t\"crypto/sha256\"\n\t\"crypto/x509\"\n\t\"encoding/base64\"\n\t\"encoding/json\"\n\t\"encoding/pem\"\n\t\"errors\"\n\t\"fmt\"\n\t\"log\"\n\t\"net/url\"\n\t\"os\"\n\t\"time\"\n)\n\nfunc signToken(claims map[string]any, keyID string, privateKey *rsa.PrivateKey) (string, error) {\n\theader, err := json.Marshal(map[string]string{\"alg\": \"RS256\", \"typ\": \"JWT\", \"kid\": keyID})\n\tif err != nil {\n\t\treturn \"\", err\n\t}\n\tpayload, err := json.Marshal(claims)\n\tif err != nil {\n\t\treturn \"\", err\n\t}\n\tencode := base64.RawURLEncoding.EncodeToString\n\tsigned := encode(header) + \".\" + encode(payload)\n\tdigest := sha256.Sum256([]byte(signed))\n\tsignature, err := rsa.SignPKCS1v15(rand.Reader, privateKey, crypto.SHA256, digest[:])\n\tif err != nil {\n\t\treturn \"\", err\n\t}\n\treturn signed + \".\" + encode(signature), nil\n}\n\nfunc readKey(path string) (*rsa.PrivateKey, error) {\n\ttext, err := os.ReadFile(path)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tblock, _ := pem.Decode(text)\n\tif block == nil {\n\t\treturn nil, errors.New(path + \" is not PEM\")\n\t}\n\treturn x509.ParsePKCS1PrivateKey(block.Bytes)\n}\n\nfunc main() {\n\tprivateKey, err := readKey(os.Getenv(\"PRIVATE_KEY_FILE\"))\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\turi := os.Getenv(\"URI\")\n\tclaims := map[string]any{\"uri\": uri, \"exp\": time.Now().Add(time.Hour).Unix()}\n\ttoken, err := signToken(claims, os.Getenv(\"SIGNING_KEY_ID\"), privateKey)\n\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tpath := (&url.URL{Path: uri}).EscapedPath()\n\tfmt.Printf(\"%s%s?auth=%s\\n\", os.Getenv(\"BASE_URL\"), path, token)\n}\n"
  }
] as const
