/**
 * The images that move files, by digest: ORAS, "Installation" (GitHub Container Registry), on Alpine; and curl's own on Docker Hub. Both digests are of
 * indices, for all platforms.
 */
export const transferImages = {
  oras: 'ghcr.io/oras-project/oras:v1.3.0@sha256:6ce045ce069a89934d6666b8b49f9c4c0145201bd6de6dbe2aee267814c55468',
  curl: 'docker.io/curlimages/curl:8.17.0@sha256:935d9100e9ba842cdb060de42472c7ca90cfe9a7c96e4dacb55e79e560b3ff40',
} as const;
