using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Aetherscale.Contract.Commands;

namespace Aetherscale.Contract;

/// <summary>
/// The JSON of the wire: kebab-case members, absent instead of null, and strict: an unknown or duplicate member is an
/// error.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RequestEnvelope))]
[JsonSerializable(typeof(ReplyEnvelope))]
[JsonSerializable(typeof(CreateVmOptions))]
[JsonSerializable(typeof(VmOptions))]
[JsonSerializable(typeof(ShowVmOptions))]
[JsonSerializable(typeof(StopVmOptions))]
[JsonSerializable(typeof(RestartVmOptions))]
[JsonSerializable(typeof(WaitVmOptions))]
[JsonSerializable(typeof(WaitVmResponse))]
[JsonSerializable(typeof(ListVmsOptions))]
[JsonSerializable(typeof(ConnectVmOptions))]
[JsonSerializable(typeof(ConsoleVmOptions))]
[JsonSerializable(typeof(ExecVmOptions))]
[JsonSerializable(typeof(ExecVmResponse))]
[JsonSerializable(typeof(ScreenshotVmResponse))]
[JsonSerializable(typeof(VmActionResponse))]
[JsonSerializable(typeof(IReadOnlyList<VmSummary>))]
[JsonSerializable(typeof(VmDetails))]
[JsonSerializable(typeof(ConnectVmResponse))]
[JsonSerializable(typeof(VmEvent))]
[JsonSerializable(typeof(MissedEvents))]
[JsonSerializable(typeof(WhyVmResponse))]
[JsonSerializable(typeof(LogsVmOptions))]
[JsonSerializable(typeof(LogsVmResponse))]
[JsonSerializable(typeof(WatchOptions))]
[JsonSerializable(typeof(FollowLogsOptions))]
[JsonSerializable(typeof(VmLogLine))]
[JsonSerializable(typeof(StreamEnd))]
[JsonSerializable(typeof(ImageOptions))]
[JsonSerializable(typeof(ListImagesOptions))]
[JsonSerializable(typeof(CopyImageOptions))]
[JsonSerializable(typeof(ImportImageOptions))]
[JsonSerializable(typeof(PullImageOptions))]
[JsonSerializable(typeof(IReadOnlyList<ImageSummary>))]
[JsonSerializable(typeof(ImageDetails))]
[JsonSerializable(typeof(DeleteImageResponse))]
[JsonSerializable(typeof(SendImageOptions))]
[JsonSerializable(typeof(AddRemoteOptions))]
[JsonSerializable(typeof(RemoteOptions))]
[JsonSerializable(typeof(ListRemotesOptions))]
[JsonSerializable(typeof(RemoteSummary))]
[JsonSerializable(typeof(IReadOnlyList<RemoteSummary>))]
[JsonSerializable(typeof(RemoveRemoteResponse))]
[JsonSerializable(typeof(ImportProgress))]
[JsonSerializable(typeof(HostOptions))]
[JsonSerializable(typeof(ListHostsOptions))]
[JsonSerializable(typeof(HostSummary))]
[JsonSerializable(typeof(IReadOnlyList<HostSummary>))]
[JsonSerializable(typeof(HostDetails))]
[JsonSerializable(typeof(OfferVmResponse))]
[JsonSerializable(typeof(DoctorOptions))]
[JsonSerializable(typeof(DoctorResponse))]
public sealed partial class ContractJson : JsonSerializerContext
{
    /// <summary>For what another version may have sent: members that are unknown here are passed over.</summary>
    public static ContractJson Tolerant { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    });

    /// <summary>The context that both programs use; its texts keep quotes and letters as they are.</summary>
    public static ContractJson Wire { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Strict)
    {
        PropertyNamingPolicy = JsonNamingPolicy.KebabCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
