using System.Text.Json;
using System.Text.Json.Serialization;

namespace Aetherscale.VirtualMachines;

/// <summary>The JSON of vm.json: kebab-case, indented for the reader, strict about unknown and duplicate members.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(VmSpec))]
internal sealed partial class VmSpecJson : JsonSerializerContext;
