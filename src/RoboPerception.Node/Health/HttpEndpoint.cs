using System.Net;
using System.Text;
using RoboPerception.Core;

namespace RoboPerception.Node.Health;

/// <summary>
/// <c>/healthz</c> (200 only while the node is ready or degraded) and <c>/metrics</c> (Prometheus text), on loopback.
/// The pages are made by the callbacks at the time of the request.
/// </summary>
internal sealed class HttpEndpoint : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Func<(bool Healthy, string Body)> health;
    private readonly Func<string> metrics;

    /// <summary>Starts listening.</summary>
    /// <exception cref="UserErrorException">The port is taken.</exception>
    public HttpEndpoint(int port, Func<(bool Healthy, string Body)> health, Func<string> metrics)
    {
        this.health = health;
        this.metrics = metrics;
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        try
        {
            listener.Start();
        }
        catch (HttpListenerException e)
        {
            throw new UserErrorException(ExitCode.Usage, $"http.port {port} cannot be opened: {e.Message}; choose another or 0 for none", e);
        }
        new Thread(Serve) { IsBackground = true, Name = "http" }.Start();
    }

    /// <inheritdoc/>
    public void Dispose() => listener.Close();

    private void Serve()
    {
        while (listener.IsListening)
        {
            try
            {
                Prediction(listener.GetContext());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException or IOException)
            {
                // The listener was closed, or the one who asked hung up.
            }
        }
    }

    private void Prediction(HttpListenerContext context)
    {
        (int status, string type, string body) = context.Request.Url?.AbsolutePath switch
        {
            "/healthz" when health() is var (healthy, text) => (healthy ? 200 : 503, "application/json", text),
            "/metrics" => (200, "text/plain; version=0.0.4", metrics()),
            _ => (404, "text/plain", "there are /healthz and /metrics\n"),
        };
        byte[] bytes = Encoding.UTF8.GetBytes(body);
        using HttpListenerResponse response = context.Response;
        response.StatusCode = status;
        response.ContentType = type;
        response.ContentLength64 = bytes.Length;
        response.OutputStream.Write(bytes);
    }
}
