using RoboPerception.Core;
using RoboPerception.Messaging;

namespace RoboPerception.Node.Commands;

/// <summary>Tries a broker that the user named.</summary>
internal static class DoctorBroker
{
    /// <summary>Connects once and says how it went; the password comes from the file or the environment and is never shown.</summary>
    public static DoctorCheck Check(string url, string? passwordFile, string? caFile, string? certificateFile, string? keyFile) =>
        DoctorCheck.Try("broker", DoctorState.Missing, "launch/mosquitto.conf shows a broker that works", () =>
        {
            var options = new MqttConnectionOptions
            {
                Broker = BrokerAddress.Parse(url),
                ClientId = $"roboperception-doctor-{Guid.NewGuid():N}",
                PasswordFile = passwordFile,
                Password = Environment.GetEnvironmentVariable("ROBOPERCEPTION__BROKER__PASSWORD"),
                CaFile = caFile,
                CertificateFile = certificateFile,
                KeyFile = keyFile,
                FailFast = true,
            };
            return ConnectAsync(options).GetAwaiter().GetResult();
        });

    private static async Task<string> ConnectAsync(MqttConnectionOptions options)
    {
        // More than any output of a usual model, raw.
        const int wanted = 2_000_000;
        BrokerSurvey survey = await BrokerSurvey.RunAsync(options, new Topics(Topics.DefaultPrefix, "doctor"), wanted).ConfigureAwait(false);
        string size = !survey.ComesBack ? "A message to roboperception/v1/doctor/probe does not come back: its access rules forbid writing or reading it."
            : survey.LargestBytes == wanted ? FormattableString.Invariant($"Messages of {wanted:N0} bytes come back.")
            : FormattableString.Invariant($"Messages above {survey.LargestBytes:N0} bytes do not come back: raise max_packet_size or message_size_limit, or choose smaller encodings.");
        return string.Join(' ', [$"connected to {options.Broker}.", .. survey.Limits.Remarks(), size]);
    }
}
