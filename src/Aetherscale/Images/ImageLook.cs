namespace Aetherscale.Images;

/// <summary>An image as it can be told without reading all of it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Size">Bytes of its file; null when there is no file to be opened.</param>
/// <param name="Digest">Its content, where it has been adopted.</param>
/// <param name="VirtualSize">Bytes that a guest sees; null when it cannot be used.</param>
/// <param name="Changed">When its file was last written.</param>
/// <param name="Problem">Why it cannot be used.</param>
/// <param name="Record">Where it is from, if it was imported.</param>
internal sealed record ImageLook(
    ImageName Name, long? Size, string? Digest, long? VirtualSize, DateTimeOffset? Changed, string? Problem, ImageRecord? Record);
