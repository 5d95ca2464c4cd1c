namespace Aetherscale.Cli.Output;

/// <summary>The values of <c>--output</c>.</summary>
internal enum OutputFormat
{
    /// <summary>For people; on a terminal with lines and colours.</summary>
    Table,

    /// <summary>The replies as a JSON list of envelopes.</summary>
    Json,

    /// <summary>Of show-vm: the file that recreates the VM.</summary>
    Yaml,
}
