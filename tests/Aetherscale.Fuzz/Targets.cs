using System.Text.Json.Serialization.Metadata;
using Aetherscale.Commands;
using Aetherscale.Contract;
using Aetherscale.Images;

namespace Aetherscale.Fuzz;

/// <summary>
/// What is fed with anything at all: each returns, or throws what no input may bring about. The unit tests feed them the corpus.
/// </summary>
internal static class Targets
{
    /// <summary>A base image may be of this size, so that its tables can lie inside.</summary>
    private const long FileLength = 1 << 22;

    public static IReadOnlyDictionary<string, Action<byte[]>> All { get; } = new Dictionary<string, Action<byte[]>>
    {
        ["qcow2"] = Qcow2,
        ["envelope"] = Envelope,
    };

    /// <summary>No header that names another file passes.</summary>
    public static void Qcow2(byte[] bytes)
    {
        Qcow2Header header;
        try
        {
            header = Qcow2Header.Parse(bytes);
            header.RequireBase(FileLength);
        }
        catch (InvalidDataException)
        {
            return;
        }

        if (header.BackingFile is not null || header.NamesExternalData || header.Features.HasFlag(Qcow2Features.ExternalData)
            || header.VirtualSize is 0 or > Qcow2Format.MaximumVirtualSize)
        {
            throw new InvalidOperationException("A header passes that must not.");
        }
    }

    /// <summary>A request is read, with the options of any command, or refused with a reason.</summary>
    public static void Envelope(byte[] body)
    {
        RequestEnvelope request;
        try
        {
            request = RequestReader.Read(body);
        }
        catch (AetherscaleException error) when (IsRefusal(error))
        {
            return;
        }

        var wire = ContractJson.Wire;
        ReadOptions(request, wire.CreateVmOptions);
        ReadOptions(request, wire.StopVmOptions);
        ReadOptions(request, wire.RestartVmOptions);
        ReadOptions(request, wire.WaitVmOptions);
        ReadOptions(request, wire.LogsVmOptions);
        ReadOptions(request, wire.ConnectVmOptions);
        ReadOptions(request, wire.VmOptions);
        ReadOptions(request, wire.ListVmsOptions);
        ReadOptions(request, wire.DoctorOptions);
        if (request.RequestId is { } id && (id.Length is 0 or > 128 || !id.All(letter => letter is > ' ' and < '\x7f')))
        {
            throw new InvalidOperationException("A request id passes that must not.");
        }
    }

    private static void ReadOptions<T>(RequestEnvelope request, JsonTypeInfo<T> type)
    {
        try
        {
            _ = RequestReader.ReadOptions(request, type);
        }
        catch (AetherscaleException error) when (IsRefusal(error))
        {
            // That is an answer.
        }
    }

    private static bool IsRefusal(AetherscaleException error) =>
        error.Code is ErrorCodes.BadJson or ErrorCodes.BadRequest && error.Message.Length is > 0 and < 2000;
}
