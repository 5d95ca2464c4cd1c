using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aetherscale.Contract;
using static Aetherscale.Contract.ErrorCodes;

namespace Aetherscale.Commands;

/// <summary>Takes a request apart, strictly: whatever is not exactly a request is refused with a reason that names the place.</summary>
internal static class RequestReader
{
    private const int MaxRequestIdLength = 128;

    public static readonly string RequestIdRule = $"1 to {MaxRequestIdLength} printable ASCII characters without spaces";

    private static readonly JsonDocumentOptions s_strict = new() { AllowDuplicateProperties = false, MaxDepth = 32 };

    /// <exception cref="AetherscaleException"><c>bad-json</c> or <c>bad-request</c>.</exception>
    public static RequestEnvelope Read(ReadOnlyMemory<byte> body)
    {
        JsonElement root;
        try
        {
            using var document = JsonDocument.Parse(body, s_strict);
            root = document.RootElement.Clone();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a member's name that is no Unicode.
            throw new AetherscaleException(BadJson, $"The message is not valid JSON: {Quoted.Plain(error.Message)}", error);
        }

        CheckTexts(root, "the message");
        var request = Deserialize(root, ContractJson.Wire.RequestEnvelope, "The message");
        if (request.Options is { ValueKind: not JsonValueKind.Object })
        {
            throw new AetherscaleException(BadRequest, "\"options\" must be an object.");
        }

        return request.RequestId is null || IsRequestId(request.RequestId)
            ? request
            : throw new AetherscaleException(
                BadRequest, $"\"request-id\" must be {RequestIdRule}.");
    }

    /// <summary>Whether the text may go into the reply and the log as it is.</summary>
    public static bool IsRequestId(string? text) =>
        text is { Length: > 0 and <= MaxRequestIdLength } && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>The options of a request as the command wants them.</summary>
    /// <exception cref="AetherscaleException"><c>bad-request</c>, naming the option.</exception>
    public static T ReadOptions<T>(RequestEnvelope request, JsonTypeInfo<T> type)
    {
        using var none = JsonDocument.Parse("{}");
        return Deserialize(request.Options ?? none.RootElement, type, $"The options of {request.Command}");
    }

    private static T Deserialize<T>(JsonElement element, JsonTypeInfo<T> type, string subject)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw new AetherscaleException(BadRequest, $"{subject} must be a JSON object.");
        }

        foreach (var member in element.EnumerateObject())
        {
            var known = type.Properties.FirstOrDefault(property => property.Name == member.Name)
                ?? throw new AetherscaleException(
                    BadRequest, $"{subject} cannot have {Quoted.Of(member.Name)}; {Known(type)}.");
            if (member.Value.ValueKind == JsonValueKind.Null)
            {
                throw new AetherscaleException(BadRequest, $"\"{member.Name}\" must not be null; leave it out instead.");
            }
        }

        if (type.Properties.FirstOrDefault(property => property.IsRequired && !element.TryGetProperty(property.Name, out _)) is { } missing)
        {
            throw new AetherscaleException(BadRequest, $"{subject} must have \"{missing.Name}\".");
        }

        try
        {
            return element.Deserialize(type)!;
        }
        catch (JsonException error)
        {
            throw new AetherscaleException(BadRequest, WrongType(error, type), error);
        }
    }

    private static string Known(JsonTypeInfo type) => type.Properties.Count == 0
        ? "it takes none"
        : $"it may have: {string.Join(", ", type.Properties.Select(property => property.Name))}";

    private static string WrongType(JsonException error, JsonTypeInfo type)
    {
        var name = error.Path?.TrimStart('$', '.').Split('[')[0] ?? "";
        var property = type.Properties.FirstOrDefault(candidate => candidate.Name == name);
        var wanted = (Nullable.GetUnderlyingType(property?.PropertyType ?? typeof(object)) ?? property?.PropertyType) switch
        {
            { } number when number == typeof(int) => "a whole number",
            { } truth when truth == typeof(bool) => "true or false",
            { } text when text == typeof(string) => "a text",
            { } instant when instant == typeof(DateTimeOffset) => "a date and time such as 2026-11-29T18:30:00Z",
            { } list when list.IsAssignableTo(typeof(IEnumerable<string>)) => "a list of texts",
            _ => "of another type",
        };
        return $"\"{name}\" must be {wanted}.";
    }

    /// <summary>JSON may hold texts that are no Unicode, and NUL, which no path, unit or argument can carry.</summary>
    private static void CheckTexts(JsonElement element, string place)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject())
                {
                    CheckText(() => member.Name, place);
                    CheckTexts(member.Value, Quoted.Of(member.Name));
                }

                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                {
                    CheckTexts(item, place);
                }

                break;
            case JsonValueKind.String:
                CheckText(() => element.GetString()!, place);
                break;
        }
    }

    private static void CheckText(Func<string> read, string place)
    {
        string text;
        try
        {
            text = read();
        }
        catch (InvalidOperationException error)
        {
            throw new AetherscaleException(BadJson, $"A text in {place} is not valid UTF-8 or has a lone surrogate.", error);
        }

        if (text.Contains('\0'))
        {
            throw new AetherscaleException(BadRequest, $"A text in {place} has a NUL character, which is not allowed.");
        }
    }
}
