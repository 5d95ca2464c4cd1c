namespace Aetherscale.Contract.Commands;

/// <summary>Options of <c>doctor</c>: none yet.</summary>
public sealed record DoctorOptions;
