using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>What QEMU tells unasked.</summary>
/// <param name="Name">In capitals: <c>SHUTDOWN</c>, <c>STOP</c>, <c>BLOCK_IO_ERROR</c>, …</param>
/// <param name="Data">Its members; <see cref="JsonValueKind.Undefined"/> when it has none.</param>
internal sealed record QmpEvent(string Name, JsonElement Data);
