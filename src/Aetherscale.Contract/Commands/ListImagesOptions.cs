namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>list-images</c>: none yet.</summary>
public sealed record ListImagesOptions;
