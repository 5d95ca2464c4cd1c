using System.Text.Json;

namespace Aetherscale.Qemu;

/// <summary>What QEMU tells unasked.</summary>
/// <param name="Name">In capitals: <c>SHUTDOWN</c>, <c>STOP</c>, <c>BLOCK_IO_ERROR</c>, …</param>
/// <param name="Data">Its members; <see cref="JsonValueKind.Undefined"/> when it has none.</param>
internal sealed record QmpEvent(string Name, JsonElement Data)
{
    /// <summary>A member that is a text; null when it is not there.</summary>
    public string? Text(string member) => Member(member) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    /// <summary>Whether a member is there and true.</summary>
    public bool IsTrue(string member) => Member(member).ValueKind == JsonValueKind.True;

    private JsonElement Member(string name) =>
        Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(name, out var value) ? value : default;
}
